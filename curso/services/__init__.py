"""The systems that lessons talk to, run on this machine: orchestrators, a database, an inbox, metrics.

Each service has a supervisor process of its own (`supervisor`), which starts its programs, watches them and
ends them all. From outside, `control` starts, stops and asks; `catalog` knows which services there are.
"""
