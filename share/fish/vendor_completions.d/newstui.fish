# Completion of newstui in fish. newstui prints the functions for it, and later the candidates.
newstui completion fish 2>/dev/null | source
