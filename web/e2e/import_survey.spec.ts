import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { gbk, zip } from './files'
import { open } from './page'

const run = Date.now().toString(36).toUpperCase()
const points = (n: number) => `${run}JS${n}`

/** A point table by CJJ 61-2017, X being the northing. */
const POINTS = [
  '物探点号,特征,附属物,X,Y,地面高程,备考',
  `${points(1)},,阀门井,3333500.000,466300.000,350.00,`,
  `${points(2)},直线点,,3333500.000,466340.000,350.10,`,
  `${points(3)},,消防栓,3333530.000,466340.000,350.20,`,
].join('\n')

/** Two good lines, one that rises along its flow, and one to a point that is not there. */
const LINES = [
  '起点点号,终点点号,管线类型,起点埋深,终点埋深,起点高程,终点高程,材质,管径,流向',
  `${points(1)},${points(2)},JS,1.20,1.25,348.80,348.85,PE,200,`,
  `${points(2)},${points(3)},JS,1.25,1.30,348.85,348.90,PE,200,`,
  `${points(1)},${points(3)},WS,2.00,1.60,348.00,348.60,T,300,0`,
  `${points(1)},${points(9)},JS,,,,,PE,200,`,
].join('\n')

const panel = (page: Page) => page.getByRole('region', { name: '导入文件' })

async function countPipes(page: Page): Promise<number> {
  const answer = await page.request.get('/api/collections/utility_line/items', { params: { limit: 1 } })
  return ((await answer.json()) as { numberMatched: number }).numberMatched
}

/** Two files dropped on the map at once. */
async function drop(page: Page, files: [string, string][]): Promise<void> {
  const dropped = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer()
    for (const [name, text] of files) transfer.items.add(new File([text], name))
    return transfer
  }, files)
  await page.dispatchEvent('.maplibregl-canvas', 'drop', { dataTransfer: dropped })
}

test('two tables dropped on the map are a survey, whose faulty lines are taken or left out', async ({ page }) => {
  await open(page, '#map=12/30.3/104.9')
  const before = await countPipes(page)
  await drop(page, [['线.csv', LINES], ['点.csv', POINTS]])
  await expect(panel(page).getByText('识别为 CJJ 61 管线普查成果')).toBeVisible()
  await expect(panel(page).getByRole('alert')).toContainText('文件没有说明坐标系')
  await panel(page).getByRole('button', { name: 'EPSG:4544' }).click()
  await expect(panel(page).getByText('点表“点.csv”：3 行')).toBeVisible()
  await expect(panel(page).getByText('线表“线.csv”：4 行')).toBeVisible()
  await expect(panel(page).getByText('共 3 个')).toBeVisible()
  await expect(panel(page).getByRole('row', { name: /^X / })).toContainText('北坐标')
  await expect(panel(page).getByRole('row', { name: /^备考 / })).toContainText('不读取')
  await expect(panel(page).getByRole('row', { name: /^流向 / })).toContainText('核对用')
  await expect(panel(page).getByRole('row', { name: /线\.csv 3 请核对/ })).toContainText('沿流向反坡')
  await expect(panel(page).getByRole('row', { name: /线\.csv 4 未导入/ })).toContainText('点表中没有这个点号')
  await expect(panel(page).getByText('X 为北坐标')).toBeVisible()
  expect(await complaints(page), 'preview').toEqual([])

  await panel(page).getByLabel('不导入', { exact: true }).check()
  await expect(panel(page).getByText('共 2 个')).toBeVisible()
  await expect(panel(page).getByRole('row', { name: /线\.csv 3 未导入/ })).toContainText('沿流向反坡')
  await panel(page).getByLabel('照样导入，在报告中注明').check()
  await expect(panel(page).getByText('共 3 个')).toBeVisible()

  await panel(page).getByRole('button', { name: '下一步：对应字段' }).click()
  await expect(panel(page).getByLabel('识别列')).toHaveCount(0)
  await panel(page).getByRole('button', { name: '下一步：试导入' }).click()
  await expect(panel(page).getByText('试导入完成，尚未写入')).toBeVisible()
  await expect(panel(page).getByText('识别依据：两端点号')).toBeVisible()
  expect(await countPipes(page), 'a trial writes nothing').toBe(before)
  expect(await complaints(page), 'trial').toEqual([])
  await panel(page).getByRole('button', { name: '导入 3 个要素' }).click()
  await expect(panel(page).getByText('导入完成')).toBeVisible()
  await expect.poll(() => countPipes(page)).toBe(before + 3)
  await panel(page).getByRole('button', { name: '撤销本次导入' }).click()
  await expect(panel(page).getByText('已撤销：删除 3 个')).toBeVisible()
  await expect.poll(() => countPipes(page)).toBe(before)
})

test('half a survey is told what is missing, and a zip in GBK is a whole one, all by keyboard', async ({ page }) => {
  const reach = async (name: string | RegExp) => {
    const button = page.getByRole('button', { name })
    await expect(button).toBeEnabled()
    for (let presses = 0; presses < 60; presses += 1) {
      if (await button.evaluate((element) => element === document.activeElement)) return page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
    }
    throw new Error(`${name} is not reached`)
  }
  await open(page, '#map=12/30.3/104.9')
  await drop(page, [['管点.csv', POINTS]])
  await expect(panel(page).getByText('还缺线表')).toBeVisible()
  await panel(page).getByLabel('导入到').selectOption('survey')
  await expect(panel(page).getByRole('alert')).toContainText('点表或线表无法读取')
  expect(await complaints(page), 'half').toEqual([])

  await panel(page).getByRole('button', { name: '换个文件' }).click()
  const choosing = page.waitForEvent('filechooser')
  await reach('选择文件')
  const buffer = zip([['普查/管点.csv', gbk(POINTS)], ['普查/管线.csv', gbk(LINES)]])
  await (await choosing).setFiles({ name: '普查.zip', mimeType: 'application/zip', buffer })
  await reach('EPSG:4544')
  await expect(panel(page).getByText('点表“普查/管点.csv”：3 行')).toBeVisible()
  await expect(panel(page).getByText('共 3 个')).toBeVisible()
  await reach('下一步：对应字段')
  await reach('下一步：试导入')
  await expect(panel(page).getByText('试导入完成，尚未写入')).toBeVisible()
})
