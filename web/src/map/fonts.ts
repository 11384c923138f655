/** The fonts of the computer that have Chinese; none is sent. */
export const FONTS = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
