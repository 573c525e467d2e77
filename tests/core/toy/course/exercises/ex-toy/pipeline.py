# O seu pipeline vai aqui.
raise NotImplementedError
