//! Instructions and code prototypes: what the compiler makes and the machine runs.
//!
//! Nothing here refers to objects: a [`CodeProto`] is plain data (`Send + Sync`), made
//! without the lock; an interpreter links it to its own constants and caches.

mod audit;
mod constant;
mod dis;
mod instr;
mod operands;
mod proto;
mod verify;

pub use audit::audit;
pub use constant::Const;
pub use dis::disassemble;
pub use instr::{AwaitPlace, BinOp, CmpOp, Conversion, Instr, Intrinsic1, Intrinsic2, Reg, YieldKind, make_function};
pub use operands::Operand;
pub use proto::{CacheSite, CodeFlags, CodeProto, ExceptionRange, Position};
pub use verify::{VerifyError, verify};
