import { answer, client } from './client'
import type { components } from './schema'

export type Session = components['schemas']['SessionSummary']

/** Who asks, and what that one may do. */
export const session = () => answer<Session>(client.GET('/api/session'))

export const logIn = (name: string, password: string) =>
  answer<Session>(client.POST('/api/session', { body: { name, password } }))

export const logOut = () => answer<unknown>(client.DELETE('/api/session'))
