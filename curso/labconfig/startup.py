"""Run by every kernel of `curso lab` as it starts (PYTHONSTARTUP): cells run out of order are told what is missing."""

try:
    from IPython import get_ipython
except ImportError:  # a plain python in Lab's terminal reads this file too
    get_ipython = None

if get_ipython is not None and get_ipython() is not None:
    from curso.lessons.shell import welcome_here

    welcome_here()
    del welcome_here
del get_ipython
