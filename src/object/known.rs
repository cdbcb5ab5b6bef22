//! The classes that every interpreter has from the start.

/// Declares [`Known`] and its table. A class's base stands before it.
macro_rules! known {
    ($($variant:ident $name:literal $base:ident;)*) => {
        /// A class that every interpreter has from the start.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Known { $($variant,)* }

        impl Known {
            /// All of them, bases before what is derived from them.
            pub const ALL: &'static [Known] = &[$(Known::$variant,)*];

            /// The class's `__name__`, with its module before a dot unless that is `builtins`.
            pub const fn full_name(self) -> &'static str {
                match self { $(Known::$variant => $name,)* }
            }

            /// The base class; `Object` is its own.
            pub const fn base(self) -> Known {
                match self { $(Known::$variant => Known::$base,)* }
            }
        }
    };
}

known! {
    Object "object" Object;
    Type "type" Object;
    NoneType "NoneType" Object;
    NotImplementedType "NotImplementedType" Object;
    EllipsisType "ellipsis" Object;
    Int "int" Object;
    Bool "bool" Int;
    Float "float" Object;
    Complex "complex" Object;
    Str "str" Object;
    Bytes "bytes" Object;
    ByteArray "bytearray" Object;
    MemoryView "memoryview" Object;
    Tuple "tuple" Object;
    List "list" Object;
    Dict "dict" Object;
    Set "set" Object;
    FrozenSet "frozenset" Object;
    Range "range" Object;
    Slice "slice" Object;
    Function "function" Object;
    Method "method" Object;
    BuiltinFunction "builtin_function_or_method" Object;
    MethodDescriptor "method_descriptor" Object;
    WrapperDescriptor "wrapper_descriptor" Object;
    MethodWrapper "method-wrapper" Object;
    ClassMethodDescriptor "classmethod_descriptor" Object;
    GetSetDescriptor "getset_descriptor" Object;
    MemberDescriptor "member_descriptor" Object;
    Cell "cell" Object;
    Module "module" Object;
    Code "code" Object;
    Frame "frame" Object;
    FrameLocalsProxy "FrameLocalsProxy" Object;
    Traceback "traceback" Object;
    Generator "generator" Object;
    Coroutine "coroutine" Object;
    CoroutineWrapper "coroutine_wrapper" Object;
    AsyncGenerator "async_generator" Object;
    AsyncGenASend "async_generator_asend" Object;
    AsyncGenAThrow "async_generator_athrow" Object;
    AnextAwaitable "anext_awaitable" Object;
    Property "property" Object;
    StaticMethod "staticmethod" Object;
    ClassMethod "classmethod" Object;
    Super "super" Object;
    MappingProxy "mappingproxy" Object;
    GenericAlias "types.GenericAlias" Object;
    UnionType "types.UnionType" Object;
    DictKeys "dict_keys" Object;
    DictValues "dict_values" Object;
    DictItems "dict_items" Object;
    OdictKeys "odict_keys" DictKeys;
    OdictValues "odict_values" DictValues;
    OdictItems "odict_items" DictItems;
    RangeIterator "range_iterator" Object;
    LongRangeIterator "longrange_iterator" Object;
    ListIterator "list_iterator" Object;
    ListReverseIterator "list_reverseiterator" Object;
    TupleIterator "tuple_iterator" Object;
    StrIterator "str_iterator" Object;
    StrAsciiIterator "str_ascii_iterator" Object;
    MemoryIterator "memory_iterator" Object;
    BytesIterator "bytes_iterator" Object;
    ByteArrayIterator "bytearray_iterator" Object;
    DictKeyIterator "dict_keyiterator" Object;
    DictValueIterator "dict_valueiterator" Object;
    DictItemIterator "dict_itemiterator" Object;
    DictReverseKeyIterator "dict_reversekeyiterator" Object;
    DictReverseValueIterator "dict_reversevalueiterator" Object;
    DictReverseItemIterator "dict_reverseitemiterator" Object;
    OdictIterator "odict_iterator" Object;
    SetIterator "set_iterator" Object;
    SequenceIterator "iterator" Object;
    CallableIterator "callable_iterator" Object;
    Enumerate "enumerate" Object;
    Zip "zip" Object;
    Map "map" Object;
    Filter "filter" Object;
    Reversed "reversed" Object;
    WeakRef "weakref.ReferenceType" Object;
    WeakProxy "weakref.ProxyType" Object;
    WeakCallableProxy "weakref.CallableProxyType" Object;
    SimpleNamespace "types.SimpleNamespace" Object;
    TypeVar "typing.TypeVar" Object;
    ParamSpec "typing.ParamSpec" Object;
    TypeVarTuple "typing.TypeVarTuple" Object;
    TypeAliasType "typing.TypeAliasType" Object;
    BaseException "BaseException" Object;
    BaseExceptionGroup "BaseExceptionGroup" BaseException;
    GeneratorExit "GeneratorExit" BaseException;
    KeyboardInterrupt "KeyboardInterrupt" BaseException;
    SystemExit "SystemExit" BaseException;
    Exception "Exception" BaseException;
    ArithmeticError "ArithmeticError" Exception;
    FloatingPointError "FloatingPointError" ArithmeticError;
    OverflowError "OverflowError" ArithmeticError;
    ZeroDivisionError "ZeroDivisionError" ArithmeticError;
    AssertionError "AssertionError" Exception;
    AttributeError "AttributeError" Exception;
    BufferError "BufferError" Exception;
    EOFError "EOFError" Exception;
    ExceptionGroup "ExceptionGroup" BaseExceptionGroup;
    ImportError "ImportError" Exception;
    ModuleNotFoundError "ModuleNotFoundError" ImportError;
    LookupError "LookupError" Exception;
    IndexError "IndexError" LookupError;
    KeyError "KeyError" LookupError;
    MemoryError "MemoryError" Exception;
    NameError "NameError" Exception;
    UnboundLocalError "UnboundLocalError" NameError;
    OSError "OSError" Exception;
    BlockingIOError "BlockingIOError" OSError;
    ChildProcessError "ChildProcessError" OSError;
    ConnectionError "ConnectionError" OSError;
    BrokenPipeError "BrokenPipeError" ConnectionError;
    ConnectionAbortedError "ConnectionAbortedError" ConnectionError;
    ConnectionRefusedError "ConnectionRefusedError" ConnectionError;
    ConnectionResetError "ConnectionResetError" ConnectionError;
    FileExistsError "FileExistsError" OSError;
    FileNotFoundError "FileNotFoundError" OSError;
    InterruptedError "InterruptedError" OSError;
    IsADirectoryError "IsADirectoryError" OSError;
    NotADirectoryError "NotADirectoryError" OSError;
    PermissionError "PermissionError" OSError;
    ProcessLookupError "ProcessLookupError" OSError;
    TimeoutError "TimeoutError" OSError;
    ReferenceError "ReferenceError" Exception;
    RuntimeError "RuntimeError" Exception;
    NotImplementedError "NotImplementedError" RuntimeError;
    PythonFinalizationError "PythonFinalizationError" RuntimeError;
    RecursionError "RecursionError" RuntimeError;
    StopAsyncIteration "StopAsyncIteration" Exception;
    StopIteration "StopIteration" Exception;
    SyntaxError "SyntaxError" Exception;
    IncompleteInputError "_IncompleteInputError" SyntaxError;
    IndentationError "IndentationError" SyntaxError;
    TabError "TabError" IndentationError;
    SystemError "SystemError" Exception;
    TypeError "TypeError" Exception;
    ValueError "ValueError" Exception;
    UnicodeError "UnicodeError" ValueError;
    UnicodeDecodeError "UnicodeDecodeError" UnicodeError;
    UnicodeEncodeError "UnicodeEncodeError" UnicodeError;
    UnicodeTranslateError "UnicodeTranslateError" UnicodeError;
    Warning "Warning" Exception;
    BytesWarning "BytesWarning" Warning;
    DeprecationWarning "DeprecationWarning" Warning;
    EncodingWarning "EncodingWarning" Warning;
    FutureWarning "FutureWarning" Warning;
    ImportWarning "ImportWarning" Warning;
    PendingDeprecationWarning "PendingDeprecationWarning" Warning;
    ResourceWarning "ResourceWarning" Warning;
    RuntimeWarning "RuntimeWarning" Warning;
    SyntaxWarning "SyntaxWarning" Warning;
    UnicodeWarning "UnicodeWarning" Warning;
    UserWarning "UserWarning" Warning;
}

impl Known {
    /// The class's `__name__`.
    pub fn name(self) -> &'static str {
        let full = self.full_name();
        full.rsplit_once('.').map_or(full, |(_, name)| name)
    }

    /// The class's `__module__`.
    pub fn module(self) -> &'static str {
        let full = self.full_name();
        full.rsplit_once('.').map_or("builtins", |(module, _)| module)
    }

    /// Whether this is an exception class.
    pub fn is_exception(self) -> bool {
        self as u16 >= Known::BaseException as u16
    }
}
