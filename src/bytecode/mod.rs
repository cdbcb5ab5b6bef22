//! Instructions and code prototypes: what the compiler makes and the machine runs.
//!
//! Nothing here refers to objects: a [`CodeProto`] is plain data (`Send + Sync`), made
//! without the lock; an interpreter links it to its own constants and caches.

mod constant;
mod instr;
mod proto;

pub use constant::Const;
pub use instr::{
    AwaitPlace, BinOp, CmpOp, Conversion, Instr, Intrinsic1, Intrinsic2, Reg, YieldKind,
    make_function,
};
pub use proto::{CacheSite, CodeFlags, CodeProto, ExceptionRange, Position};
