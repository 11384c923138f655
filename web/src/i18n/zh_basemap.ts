/** Basemaps. */
export const zhBasemap = {
  basemapTitle: '底图',
  basemapNone: '不用底图',
  basemapOpacity: '不透明度',
  basemapNote: '底图由其提供者供图，不随本系统的数据更新。',
  basemapMissing: '底图没有取到，请检查网络或密钥；本市数据照常显示。',
} as const
