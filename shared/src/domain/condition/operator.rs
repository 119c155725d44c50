//! How a condition compares.

use crate::domain::named::named_enum;

named_enum! {
    /// What must be true of the value that a condition looks at. In words, it follows `must`.
    Operator {
        Absent = "absent" "be absent",
        Contains = "contains" "contain",
        EndsWith = "ends_with" "end with",
        Equals = "equals" "equal",
        Exists = "exists" "exist",
        GreaterThan = "greater_than" "be greater than",
        LessThan = "less_than" "be less than",
        Matches = "matches" "match",
        NotEquals = "not_equals" "not equal",
        StartsWith = "starts_with" "start with",
    }
}
