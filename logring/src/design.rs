//! Why it is right.
