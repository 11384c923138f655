import { readFile } from 'node:fs/promises'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { expect, it } from 'vitest'

it('the client is the one that the API’s description gives (npm run generate)', async () => {
  const described = await openapiTS(new URL('../../../tests/golden/openapi.json', import.meta.url))
  const ours = await readFile(new URL('schema.ts', import.meta.url), 'utf8')
  expect(ours).toBe(`${COMMENT_HEADER}${astToString(described)}`)
})
