# %% certa
comando = """
set -euo pipefail
[ -f "$ARQUIVO" ] || exit 1
vendas=$(tail -n +2 "$ARQUIVO" | wc -l)
[ "$vendas" -gt 0 ] || exit 99
echo $((vendas))
"""

desafio("02.comando", comando)

# %% certa: outro estilo
comando = """awk 'NR > 1 { n++ } END { if (!n) exit 99; print n }' "$ARQUIVO" """

desafio("02.comando", 'test -e "$ARQUIVO" || exit 2; ' + comando)

# %% errada: conta o cabeçalho | o cabeçalho foi contado
desafio("02.comando", 'set -euo pipefail; wc -l < "$ARQUIVO"')

# %% errada: o wc escreve o nome do arquivo | Ela deve ser só o número
desafio("02.comando", 'set -euo pipefail; wc -l "$ARQUIVO"')

# %% errada: sem aspas | parte `$ARQUIVO` nos espaços
desafio("02.comando", 'set -euo pipefail; [ -f "$ARQUIVO" ]; n=$(tail -n +2 $ARQUIVO | wc -l); [ "$n" -gt 0 ] || exit 99; echo $((n))')

# %% errada: nunca pula | qual código de saída faz isso
desafio("02.comando", 'set -euo pipefail; tail -n +2 "$ARQUIVO" | wc -l | tr -d " "')

# %% errada: o pipe esconde o arquivo que falta | como se a loja não tivesse vendido
desafio("02.comando", 'n=$(tail -n +2 "$ARQUIVO" | wc -l); [ "$n" -gt 0 ] || exit 99; echo $((n))')

# %% errada: o arquivo vazio vira falha | a task falharia, e o pedido era pular
desafio("02.comando", 'set -euo pipefail; tail -n +2 "$ARQUIVO" | grep -c .')
