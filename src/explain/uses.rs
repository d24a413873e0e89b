//! The reverse: what a line feeds.
