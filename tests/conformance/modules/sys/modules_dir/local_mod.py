value = 'found on sys.path'
