import type { zhAccount } from './zh_account'

export const enAccount: Record<keyof typeof zhAccount, string> = {
  logIn: 'Log in',
  logOut: 'Log out',
  logInTitle: 'Log in',
  logInName: 'Account',
  logInPassword: 'Password',
  logInNote: 'Accounts are made by the administrator. Whatever you change is signed with the account’s name.',
  logInRunning: 'Logging in…',
  'role.administrator': 'Administrator',
  'role.planner': 'Planner',
  'role.body': 'Responsible body',
  'role.operator': 'Utility operator',
  'role.viewer': 'Reads only',
  accountIs: '{name} ({role})',
  accountSpeaksFor: 'for {whom}',
  'problem.wrong-password': 'The account or the password is wrong',
  'problem.too-many-attempts': 'Too many wrong passwords; please try again later',
  historyOwn: 'Latest edits of this account',
  'problem.unknown-token': 'There is no such token',
}
