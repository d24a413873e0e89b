//! Why a rendered object is what it is, and what a line of the specs or templates leads to.
//!
//! Takes a prepared fleet; gives [`Step`]s: for a field of an object what set it, with what that was made from and what lost to
//! it, each with its place. It runs one unit once more ([`unit::traced`]) and asks what the phases themselves keep: it merges,
//! fills and patches nothing of its own, so that it cannot tell another story than the compile. Prints nothing.
//!
//! [`Fleet`] finds things, [`Unit`] holds the objects of a namespace or a cluster, [`Subject`] explains one object.

pub mod asked;
pub mod causes;
pub mod compiler;
pub mod delivery;
pub mod field;
pub mod fleet;
pub mod roots;
pub mod step;
pub mod subject;
pub mod target;
pub mod uses;
pub mod values;

pub use asked::Asked;
pub use fleet::{Fleet, Unit};
pub use step::{Lost, Role, Step};
pub use subject::Subject;
pub use target::Target;
pub use uses::{FieldUse, Reach, Relation, Uses, ValueUse};
