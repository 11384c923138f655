//! 账户: what an account may see and do, by its role.

use super::name::Name;
use super::viewer::Viewer;

/// 角色
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 管理员: sees and changes everything.
    Administrator,
    /// 规划人员: sees and changes everything.
    Planner,
    /// 责任主体: what is internal in its area.
    Body,
    /// 专业经营单位: its own lines and works.
    Operator,
    /// 只读: sees everything and changes nothing.
    Viewer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRole {
    #[error("an account of this role speaks for somebody; who that is was not said")]
    SpeaksForNobody,
    #[error("an account of this role speaks for nobody but itself")]
    SpeaksForSomebody,
    #[error("the name of an operator or a body has 200 characters at most, no «;» and no blanks around it")]
    NotAName,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Administrator, Role::Planner, Role::Body, Role::Operator, Role::Viewer];

    pub fn code(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Planner => "planner",
            Role::Body => "body",
            Role::Operator => "operator",
            Role::Viewer => "viewer",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// As whom an account of this role asks. `speaks_for` is an operator's name or a body's code.
    pub fn viewer(self, speaks_for: Option<&str>) -> Result<Viewer, NoRole> {
        match (self, speaks_for) {
            (Role::Administrator | Role::Planner | Role::Viewer, None) => Ok(Viewer::Everything),
            (Role::Administrator | Role::Planner | Role::Viewer, Some(_)) => Err(NoRole::SpeaksForSomebody),
            (Role::Body | Role::Operator, None) => Err(NoRole::SpeaksForNobody),
            (Role::Body, Some(code)) => Name::of(code).map(Viewer::Body).ok_or(NoRole::NotAName),
            (Role::Operator, Some(name)) => Name::of(name).map(Viewer::Operator).ok_or(NoRole::NotAName),
        }
    }

    /// True when an account of this role may change what it sees as its own.
    pub fn may_write(self) -> bool {
        self != Role::Viewer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_speaks_for_somebody_says_for_whom() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
            let needs = matches!(role, Role::Body | Role::Operator);
            assert_eq!(role.viewer(None).is_err(), needs, "{role:?}");
            assert_eq!(role.viewer(Some("资阳燃气")).is_ok(), needs, "{role:?}");
        }
        assert_eq!(Role::Operator.viewer(Some("甲;乙")), Err(NoRole::NotAName));
    }
}
