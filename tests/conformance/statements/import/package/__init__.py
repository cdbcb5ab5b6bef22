print('loading package')
name = 'package'
__all__ = ['sub']
