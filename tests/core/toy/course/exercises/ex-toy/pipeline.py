# O seu pipeline vai aqui.
