"""`curso relatorio`: one exercise of a whole class, as a page for its instructor and as grades for Moodle and Canvas.

results      what is known of each person, from a folder of results or from nbgrader's door
figures      what that adds up to
anonymous    takes people out of what is shown of their work
page         one HTML file that needs nothing else
gradebooks   the grades in the columns that Moodle and Canvas import
files        writes it all, and overwrites nothing but what it wrote itself
"""
