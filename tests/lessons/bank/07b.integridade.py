# %% certa
def conferir(bag):
    assert not bag.import_errors, f"não carregam: {bag.import_errors}"
    assert set(bag.dags) == ESPERADOS, f"faltam ou sobram: {set(bag.dags) ^ ESPERADOS}"
    for dag_id, dag in bag.dags.items():
        assert dag.tags, f"{dag_id}: sem tags"
        for task in dag.tasks:
            assert task.owner != "airflow", f"{dag_id}.{task.task_id}: sem dono"
            assert task.retries, f"{dag_id}.{task.task_id}: sem retries"


desafio("07b.integridade", conferir)

# %% certa: junta tudo em uma lista
def conferir(bag):
    achados = [*bag.import_errors]
    achados += sorted(set(bag.dag_ids) ^ ESPERADOS)
    for dag in bag.dags.values():
        if len(dag.tags) == 0:
            achados.append(f"{dag.dag_id} sem tags")
        achados += [f"{dag.dag_id} {t.task_id}" for t in dag.tasks if t.owner == "airflow" or t.retries == 0]
    if achados:
        raise AssertionError(", ".join(achados))


desafio("07b.integridade", conferir)

# %% errada: o teste ingênuo | uma pasta vazia
def conferir(bag):
    assert bag.import_errors == {}


desafio("07b.integridade", conferir)

# %% errada: esquece os erros de importação | um arquivo com erro de importação
def conferir(bag):
    assert set(bag.dags) == ESPERADOS, f"faltam ou sobram: {set(bag.dags) ^ ESPERADOS}"
    for dag_id, dag in bag.dags.items():
        assert dag.tags, f"{dag_id}: sem tags"
        for task in dag.tasks:
            assert task.owner != "airflow", f"{dag_id}.{task.task_id}: sem dono"
            assert task.retries, f"{dag_id}.{task.task_id}: sem retries"


desafio("07b.integridade", conferir)

# %% errada: aceita DAG a mais | um DAG a mais
def conferir(bag):
    assert not bag.import_errors, f"não carregam: {bag.import_errors}"
    assert set(bag.dags) >= ESPERADOS, f"faltam ou sobram: {set(bag.dags) ^ ESPERADOS}"
    for dag_id, dag in bag.dags.items():
        assert dag.tags, f"{dag_id}: sem tags"
        for task in dag.tasks:
            assert task.owner != "airflow", f"{dag_id}.{task.task_id}: sem dono"
            assert task.retries, f"{dag_id}.{task.task_id}: sem retries"


desafio("07b.integridade", conferir)

# %% errada: não olha o dono | dono padrão
def conferir(bag):
    assert not bag.import_errors, f"não carregam: {bag.import_errors}"
    assert set(bag.dags) == ESPERADOS, f"faltam ou sobram: {set(bag.dags) ^ ESPERADOS}"
    for dag_id, dag in bag.dags.items():
        assert dag.tags, f"{dag_id}: sem tags"
        for task in dag.tasks:
            assert task.retries, f"{dag_id}.{task.task_id}: sem retries"


desafio("07b.integridade", conferir)

# %% errada: só os retries da primeira task | uma task com retries=0
def conferir(bag):
    assert not bag.import_errors, f"não carregam: {bag.import_errors}"
    assert set(bag.dags) == ESPERADOS, f"faltam ou sobram: {set(bag.dags) ^ ESPERADOS}"
    for dag_id, dag in bag.dags.items():
        assert dag.tags, f"{dag_id}: sem tags"
        for task in dag.tasks:
            assert task.owner != "airflow", f"{dag_id}.{task.task_id}: sem dono"
        assert dag.tasks[0].retries, f"{dag_id}: sem retries"


desafio("07b.integridade", conferir)

# %% errada: mensagem sem o nome | não diz qual DAG
def conferir(bag):
    assert not bag.import_errors
    assert set(bag.dags) == ESPERADOS
    for dag in bag.dags.values():
        assert dag.tags
        assert all(task.owner != "airflow" and task.retries for task in dag.tasks)


desafio("07b.integridade", conferir)

# %% errada: recusa o que está bom | foi recusado
def conferir(bag):
    assert not bag.dags, "há DAGs"


desafio("07b.integridade", conferir)
