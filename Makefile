# Few and thin: what needs logic lives in scripts/. `make` alone explains the rest.
# Only relative paths here, so that a folder with spaces or accents works.

.DEFAULT_GOAL := ajuda
.PHONY: ajuda lab spark cluster setup test test-full bench lint imagens painel site

ARGS ?=
PY := .venv/bin/python

ajuda: ## Mostra esta lista
	@echo "Uso: make ALVO [ARGS=\"...\"]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

lab: .venv/.lab ## Prepara tudo e abre o JupyterLab do curso (ARGS vai para o Jupyter)
	@.venv/bin/curso lab $(ARGS)

spark: .venv/.spark ## Acrescenta um Spark de verdade (600 MB, opcional) para a lição 02

cluster: .venv/.cluster ## Acrescenta o Dask, para corrigir uma turma com várias máquinas (opcional)

setup: ## Refaz o ambiente a partir do uv.lock, com as ferramentas de quem desenvolve
	@rm -f .venv/.lab .venv/.dev .venv/.spark .venv/.cluster
	@$(MAKE) --no-print-directory .venv/.dev

test: lint ## Prepara tudo e roda os testes que toda mudança precisa passar
	@$(PY) scripts/system_packages.py
	.venv/bin/pytest -n auto -m "not full" $(ARGS)

test-full: lint spark ## Roda todos os testes, inclusive os demorados
	@$(PY) scripts/system_packages.py
	.venv/bin/pytest -n auto $(ARGS)

lint: .venv/.dev ## Confere estilo, tipos, camadas e o próprio curso, sem rodar os testes
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/curso lint

bench: .venv/.dev ## Mede o tempo de uma correção, ao lado do jeito usual
	$(PY) scripts/bench $(ARGS)

imagens: .venv/.dev ## Refaz as imagens do README (docs/imagens)
	@$(PY) scripts/system_packages.py
	$(PY) scripts/screenshots.py

painel: .venv/.dev ## Monta o painel do Lab a partir de painel/ (precisa do Node)
	$(PY) scripts/panel.py

site: .venv/.dev ## Faz um site das lições, com o que cada célula mostrou (build/site)
	$(PY) scripts/site

# A learner needs none of the developers' tools; both ways of setting up share one .venv.
.venv/.lab: pyproject.toml uv.lock
	@sh scripts/setup.sh --no-dev --inexact
	@touch $@

.venv/.dev: pyproject.toml uv.lock
	@sh scripts/setup.sh
	@rm -f .venv/.spark
	@touch $@ .venv/.lab

.venv/.spark: pyproject.toml uv.lock
	@sh scripts/setup.sh --no-dev --inexact --group spark
	@touch $@

.venv/.cluster: pyproject.toml uv.lock
	@sh scripts/setup.sh --no-dev --inexact --group cluster
	@touch $@
