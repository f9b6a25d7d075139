#error "what is not installed is not built"
