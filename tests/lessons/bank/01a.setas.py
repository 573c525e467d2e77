# %% certa: listas
%%dag meu_fechamento.py
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("caju_fechamento"):
    baixar, conferir, somar, painel, email = [
        EmptyOperator(task_id=nome) for nome in ["baixar", "conferir", "somar", "painel", "email"]
    ]
    regioes = [EmptyOperator(task_id=r) for r in ["norte", "nordeste", "centro_oeste", "sudeste", "sul"]]
    baixar >> conferir >> regioes >> somar >> [painel, email]

# %% certa: listas (2)
desafio("01a.setas", "caju_fechamento")

# %% certa: chain
%%dag meu_fechamento.py
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, chain

with DAG("caju_fechamento"):
    t = {
        nome: EmptyOperator(task_id=nome)
        for nome in "baixar conferir norte nordeste centro_oeste sudeste sul somar painel email".split()
    }
    regioes = [t[r] for r in ["norte", "nordeste", "centro_oeste", "sudeste", "sul"]]
    chain(t["baixar"], t["conferir"], regioes, t["somar"], [t["painel"], t["email"]])

# %% certa: chain (2)
desafio("01a.setas", "caju_fechamento")

# %% errada: como veio | Não vi a task
%%dag meu_fechamento.py
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("caju_fechamento"):
    baixar = EmptyOperator(task_id="baixar")
    conferir = EmptyOperator(task_id="conferir")
    baixar >> conferir

# %% errada: como veio (2)
desafio("01a.setas", "caju_fechamento")

# %% errada: esqueceu uma região | uma delas é conferir → sul
%%dag meu_fechamento.py
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("caju_fechamento"):
    baixar, conferir, sul, somar, painel, email = [
        EmptyOperator(task_id=nome) for nome in ["baixar", "conferir", "sul", "somar", "painel", "email"]
    ]
    regioes = [EmptyOperator(task_id=r) for r in ["norte", "nordeste", "centro_oeste", "sudeste"]]
    baixar >> conferir >> regioes >> somar >> [painel, email]
    sul >> somar

# %% errada: esqueceu uma região (2)
desafio("01a.setas", "caju_fechamento")

# %% errada: seta a mais | que o desenho não tem
%%dag meu_fechamento.py
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("caju_fechamento"):
    baixar, conferir, somar, painel, email = [
        EmptyOperator(task_id=nome) for nome in ["baixar", "conferir", "somar", "painel", "email"]
    ]
    regioes = [EmptyOperator(task_id=r) for r in ["norte", "nordeste", "centro_oeste", "sudeste", "sul"]]
    baixar >> conferir >> regioes >> somar >> [painel, email]
    painel >> email

# %% errada: seta a mais (2)
desafio("01a.setas", "caju_fechamento")
