# O seu DAG começa aqui.
