# O seu DAG vai aqui.
