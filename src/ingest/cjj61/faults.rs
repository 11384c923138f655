//! What becomes of a line that fails a check.

use crate::ingest::FaultyLines;
use crate::ingest::report::Problem;

/// What the checks of depth, fall and length tell. What was merely filled in or rounded is no fault of the line.
const FAULTS: &[&str] = &["depth_contradicts_heights", "against_flow", "steep", "long"];

/// Refuses the line for its first fault, or says of each what is done: the line is taken all the same.
pub fn settle(faulty: FaultyLines, problems: &mut Vec<Problem>) -> Result<(), Problem> {
    let is_fault = |problem: &Problem| FAULTS.contains(&problem.code);
    match faulty {
        FaultyLines::Refuse => match problems.iter().position(is_fault) {
            Some(at) => Err(problems.remove(at)),
            None => Ok(()),
        },
        FaultyLines::Take => {
            for problem in problems.iter_mut().filter(|problem| is_fault(problem)) {
                problem.reason.push_str(match problem.code {
                    "depth_contradicts_heights" => "; the depth is left empty",
                    _ => "; taken as it is, look at it",
                });
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(faulty: FaultyLines, codes: &[&'static str]) -> (Option<&'static str>, Vec<String>) {
        let mut problems: Vec<Problem> = codes.iter().map(|code| Problem::new(code, "geometry", "", "why")).collect();
        let refused = settle(faulty, &mut problems).err().map(|problem| problem.code);
        (refused, problems.into_iter().map(|problem| problem.reason).collect())
    }

    #[test]
    fn a_faulty_line_is_taken_and_told_or_refused() {
        let taken = told(FaultyLines::Take, &["section", "steep"]);
        assert_eq!(taken, (None, vec!["why".to_owned(), "why; taken as it is, look at it".to_owned()]));
        assert_eq!(told(FaultyLines::Refuse, &["section", "steep"]), (Some("steep"), vec!["why".to_owned()]));
        let filled_in = told(FaultyLines::Refuse, &["depth_from_heights", "section"]);
        assert_eq!(filled_in.0, None, "what was filled in is no fault");
    }
}
