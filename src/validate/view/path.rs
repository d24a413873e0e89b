//! Where something lies in an object, cheap enough to be noted for all that a rule looks at: most of it is never told.

use crate::pointer::Pointer;

/// Steps that a path has room for: more than any of this program's.
const LONGEST: usize = 12;

/// A path of steps that the program names and of places in lists. It is copied, and no text is made before it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    steps: [Step; LONGEST],
    length: usize,
}

/// A step of a [`Path`].
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// One key, or several with a `/` before each.
    Keys(&'static str),
    Index(usize),
}

impl From<&'static str> for Step {
    fn from(keys: &'static str) -> Self {
        Step::Keys(keys)
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Step::Index(index)
    }
}

impl Path {
    /// The path of keys such as `/spec/template`; the root where there are none.
    pub fn new(keys: &'static str) -> Self {
        Path { steps: [Step::Keys(""); LONGEST], length: 0 }.child(keys)
    }

    #[must_use]
    pub fn child(mut self, step: impl Into<Step>) -> Self {
        debug_assert!(self.length < LONGEST, "{self:?} has no room for another step");
        if let Some(slot) = self.steps.get_mut(self.length) {
            *slot = step.into();
            self.length += 1;
        }
        self
    }

    pub fn pointer(&self) -> Pointer {
        let mut pointer = Pointer::root();
        for step in self.steps.iter().take(self.length) {
            match step {
                Step::Keys(keys) => keys.split('/').filter(|key| !key.is_empty()).for_each(|key| pointer.push(key)),
                Step::Index(index) => pointer.push(index),
            }
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_pointer_of_its_steps() {
        let path = Path::new("/spec/template").child("/spec").child("containers").child(0).child("image");
        assert_eq!(path.pointer().to_string(), "/spec/template/spec/containers/0/image");
        assert_eq!(Path::new("").child("kind").pointer().to_string(), "/kind");
        assert_eq!(Path::new("").pointer(), Pointer::root());
    }
}
