//! Heights at the two ends of a line, held against its depths and its fall.

use super::points::Point;
use crate::ingest::report::Problem;

/// Ground = depth + height of the line, give or take a rounding.
const HEIGHT_TOLERANCE_M: f64 = 0.05;
/// Beyond this a line is steeper than pipes are laid.
const STEEP_DEGREES: f64 = 30.0;
/// Within this a line counts as level.
const LEVEL_M: f64 = 0.02;

/// One end as the two tables have it.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub point: Point,
    pub depth_m: Option<f64>,
    /// Height of the line itself.
    pub height_m: Option<f64>,
}

impl End {
    /// The depth that heights give, where it is missing, or nothing where the two contradict each other; `field` is
    /// that of the depth.
    pub fn settle(&mut self, field: &str, problems: &mut Vec<Problem>) {
        let (Some(ground), Some(height)) = (self.point.ground_m, self.height_m) else { return };
        let computed = ((ground - height) * 1000.0).round() / 1000.0;
        match self.depth_m {
            None => {
                self.depth_m = Some(computed);
                let reason = format!("from the heights of ground {ground} and line {height}");
                problems.push(Problem::new("depth_from_heights", field, &computed.to_string(), reason));
            }
            Some(depth) if (depth - computed).abs() > HEIGHT_TOLERANCE_M + 1e-9 => {
                self.depth_m = None;
                // Which of the three is wrong nobody can tell, so the fall is not judged by them either.
                self.height_m = None;
                let reason = format!("the heights of ground {ground} and line {height} give {computed}");
                problems.push(Problem::new("depth_contradicts_heights", field, &depth.to_string(), reason));
            }
            Some(_) => {}
        }
    }

    /// Height of the line, told or from ground and depth.
    fn level_m(&self) -> Option<f64> {
        self.height_m.or_else(|| Some(self.point.ground_m? - self.depth_m?))
    }
}

/// Which way a line flows by its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    StartToEnd,
    EndToStart,
}

impl Flow {
    pub fn of(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "0" | "+" | "正" | "正向" | "顺" | "顺流" => Some(Flow::StartToEnd),
            "1" | "-" | "逆" | "逆向" | "反" | "反向" | "逆流" => Some(Flow::EndToStart),
            _ => None,
        }
    }
}

/// What is odd about the fall of a line; `flow` of one that flows by its own weight.
pub fn check_fall(start: &End, end: &End, length_m: f64, flow: Option<Flow>, problems: &mut Vec<Problem>) {
    let (Some(from), Some(to)) = (start.level_m(), end.level_m()) else { return };
    let rise = to - from;
    let degrees = rise.abs().atan2(length_m).to_degrees();
    if degrees > STEEP_DEGREES {
        let reason = format!("it rises {rise:.2} m on {length_m:.2} m, {degrees:.0}°");
        problems.push(Problem::new("steep", "geometry", "", reason));
    }
    let against = match flow {
        Some(Flow::StartToEnd) => rise,
        Some(Flow::EndToStart) => -rise,
        None => return,
    };
    if against > LEVEL_M {
        let reason = format!("it flows by its own weight and rises {against:.2} m along its flow");
        problems.push(Problem::new("against_flow", "geometry", "", reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(ground: Option<f64>, depth: Option<f64>, height: Option<f64>) -> End {
        let point = Point { row: 1, east: 0.0, north: 0.0, ground_m: ground };
        End { point, depth_m: depth, height_m: height }
    }

    fn settled(mut one: End) -> (Option<f64>, Option<&'static str>) {
        let mut problems = Vec::new();
        one.settle("start_depth_m", &mut problems);
        (one.depth_m, problems.first().map(|problem| problem.code))
    }

    #[test]
    fn a_depth_is_held_against_the_heights() {
        assert_eq!(settled(end(Some(350.0), Some(1.2), Some(348.8))), (Some(1.2), None));
        assert_eq!(settled(end(Some(350.0), Some(1.25), Some(348.8))), (Some(1.25), None), "to the bound");
        let contradicted = (None, Some("depth_contradicts_heights"));
        assert_eq!(settled(end(Some(350.0), Some(1.26), Some(348.8))), contradicted);
        assert_eq!(settled(end(Some(350.0), None, Some(348.8))), (Some(1.2), Some("depth_from_heights")));
        assert_eq!(settled(end(None, Some(9.0), Some(348.8))), (Some(9.0), None), "nothing to hold it against");
    }

    #[test]
    fn a_sewer_falls_along_its_flow() {
        let told = |from: f64, to: f64, flow| {
            let mut problems = Vec::new();
            let [start, end] = [from, to].map(|height| end(None, None, Some(height)));
            check_fall(&start, &end, 10.0, flow, &mut problems);
            problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        assert_eq!(told(348.0, 347.9, Some(Flow::StartToEnd)), Vec::<&str>::new());
        assert_eq!(told(348.0, 348.1, Some(Flow::StartToEnd)), ["against_flow"]);
        assert_eq!(told(348.0, 347.9, Some(Flow::EndToStart)), ["against_flow"]);
        assert_eq!(told(348.0, 348.1, None), Vec::<&str>::new(), "what is pumped may rise");
        assert_eq!(told(348.0, 355.0, None), ["steep"]);
    }
}
