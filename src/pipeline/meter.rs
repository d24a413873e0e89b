//! Tells an edge how far the work is, so that it can say where the time went. The compiler reads no clock itself.

/// Steps of the work, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Load,
    Prepare,
    Units,
    Recall,
    Resolve,
    Render,
    Patch,
    Finish,
    Validate,
    Emit,
    Sink,
    Clusters,
    Across,
}

impl Step {
    pub const ALL: [Step; 13] = [
        Step::Load,
        Step::Prepare,
        Step::Units,
        Step::Recall,
        Step::Resolve,
        Step::Render,
        Step::Patch,
        Step::Finish,
        Step::Validate,
        Step::Emit,
        Step::Sink,
        Step::Clusters,
        Step::Across,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Step::Load => "load",
            Step::Prepare => "prepare",
            Step::Units => "units",
            Step::Recall => "recall",
            Step::Resolve => "resolve",
            Step::Render => "render",
            Step::Patch => "patch",
            Step::Finish => "finish",
            Step::Validate => "validate",
            Step::Emit => "emit",
            Step::Sink => "sink",
            Step::Clusters => "clusters",
            Step::Across => "across",
        }
    }
}

/// Is told of steps as they end, by the thread that took them.
pub trait Meter: Sync {
    /// The thread begins with something that it was not told of.
    fn start(&self);

    /// What the thread did since the last call was this step.
    fn lap(&self, step: Step);
}

/// Nobody asked.
pub struct NoMeter;

impl Meter for NoMeter {
    fn start(&self) {}

    fn lap(&self, _: Step) {}
}
