import __main__

__main__.release.wait()
raise ValueError("half done")
