// Stands for optional parts of jsPDF that are left out; see vite.config.ts.
export default undefined
