"""Sphinx's settings for the site of the lessons."""

from importlib.metadata import version as _version

project = "Orquestração e Workflows"
author = copyright = ""
version = release = _version("curso-orquestracao")
language = "pt_BR"
extensions = ["myst_nb"]
html_theme = "sphinx_book_theme"
html_title = "Módulo 4: Orquestração e Workflows"
html_static_path = ["static"]
html_css_files = ["curso.css"]
html_copy_source = False
html_show_sphinx = html_show_copyright = html_show_sourcelink = False
html_last_updated_fmt = None
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    # The search stands in the sidebar already.
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "footer_content_items": ["extra-footer"],
    "extra_footer": "Um curso aberto: o código é MIT, lições e enunciados são CC BY 4.0.",
}
nb_execution_mode = "off"
nb_merge_streams = True
nb_output_stderr = "show"
nb_number_source_lines = False
# As JupyterLab reads them: "R$ 10" is money.
myst_enable_extensions = ["strikethrough", "tasklist"]
myst_heading_anchors = 4
myst_links_external_new_tab = True
suppress_warnings = [
    "mystnb.unknown_mime_type",  # widgets' views: the text beside them is shown
    "misc.highlighting_failure",  # cells with %%magics, and files that are broken on purpose
    "myst.strikethrough",
]
