print('loading sub')
value = 'sub value'
