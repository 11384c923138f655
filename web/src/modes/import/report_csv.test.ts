import { expect, it } from 'vitest'
import type { Report, RowProblem } from '../../api/imports'
import { reportCsv } from './report_csv'

const words = {
  headings: ['行号', '标识', '处理', '字段', '取值', '原因', '说明', '表'],
  outcome: ({ outcome }: { outcome: string }) => (outcome === 'refused' ? '未导入' : '已修正'),
  problem: (code: string) => code,
  field: (name: string) => name,
}

function lines(...problems: RowProblem[]): string[] {
  const report = { rows: [{ row: 8, layer: 'gate', id: 'F1', outcome: 'refused', problems }] } as unknown as Report
  return reportCsv(report, words).split('\r\n')
}

it('has a line for each problem, and a mark by which Excel knows UTF-8', () => {
  const [head, first, second, end] = lines(
    { code: 'required', field: 'name', reason: 'empty' },
    { code: 'out_of_range', field: 'households', value: '-3', reason: 'negative' },
  )
  expect(head).toBe('\ufeff行号,标识,处理,字段,取值,原因,说明,表')
  expect(first).toBe('8,F1,未导入,name,,required,empty,')
  expect(second).toBe('8,F1,未导入,households,-3,out_of_range,negative,')
  expect(end).toBe('')
})

it('names the table where a file has more than one', () => {
  const rows = [{ row: 2, table: '管点', layer: 'utility_line', outcome: 'refused', problems: [{ code: 'c', field: 'f', reason: 'r' }] }]
  expect(reportCsv({ rows } as unknown as Report, words).split('\r\n')[1]).toBe('2,,未导入,f,,c,r,管点')
})

it('quotes what needs it and makes no formulas', () => {
  const value = (text: string) => lines({ code: 'c', field: 'f', value: text, reason: 'r' })[1]
  expect(value('a,"b"')).toBe('8,F1,未导入,f,"a,""b""",c,r,')
  expect(value('=HYPERLINK(1)')).toBe("8,F1,未导入,f,'=HYPERLINK(1),c,r,")
  expect(value('-1+2')).toBe("8,F1,未导入,f,'-1+2,c,r,")
})
