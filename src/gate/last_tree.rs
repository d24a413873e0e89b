//! The published tree, as far as gates read it beyond what differs.

use crate::failure::Failed;

/// A published tree that is read by path.
pub trait LastTree {
    /// Paths of all files below a folder, in order.
    fn files(&self, folder: &str) -> Result<Vec<String>, Failed>;

    /// The bytes of a file; none where there is no such file.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failed>;
}
