import __main__

__main__.begun.set()
__main__.release.wait()
raise ValueError("half done")
