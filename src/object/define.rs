//! How a heap type is written down.

/// Declares a heap type: a `repr(C)` struct with its header, `HeapType`, and a private `alloc`.
///
/// `tracked` types may be part of a reference cycle and are known to the collector.
macro_rules! define_heap_type {
    ($(#[$meta:meta])* pub struct $name:ident: $tracked:ident { $($(#[$fmeta:meta])* $vis:vis $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[repr(C)]
        pub struct $name {
            header: $crate::object::header::Header,
            $($(#[$fmeta])* $vis $field: $type,)*
        }

        // SAFETY: repr(C), a header of this type's tag first.
        unsafe impl $crate::object::ptr::HeapType for $name {
            const TAG: $crate::object::header::Tag = $crate::object::header::Tag::$name;
            const TRACKED: bool = define_heap_type!(@tracked $tracked);
        }

        impl $name {
            #[allow(clippy::too_many_arguments)]
            pub(in $crate::object) fn alloc($($field: $type),*) -> $crate::object::ptr::Ptr<$name> {
                $crate::object::ptr::Ptr::new($name {
                    header: $crate::object::header::Header::new($crate::object::header::Tag::$name),
                    $($field,)*
                })
            }
        }
    };
    (@tracked tracked) => { true };
    (@tracked untracked) => { false };
}

pub(crate) use define_heap_type;
