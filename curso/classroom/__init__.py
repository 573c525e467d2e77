"""The instructor's door: nbgrader shows our verdicts, and no student code runs in a kernel of the instructor's.

settings    `turma.toml`, and the seed of a class
grading     a delivery's result: graded, remembered, or held
work        what travels to whoever grades and back, and what a worker does with it; versions: whose word counts
batch       `curso corrigir`: a folder of submissions, one writer
executors   who grades for a batch: this machine's processes, or (cluster, remote) those of a Dask cluster
deliveries  what nbgrader converts in a submission's place: the released notebook and the named files
converter   `nbgrader autograde`, with the steps above in it
cells       the preprocessors that write verdicts into test cells and the gradebook
plugins     late policy, weighted export, zips from Moodle, collecting without links
formgrader  its button grades in a process of its own
config      what `nbgrader_config.py` sets
class_verbs `curso turma ...`: regrade, adjust, forget
"""
