/** The vector tiles that most maps need; and those asked for only when switched on. */
export const CITY_SOURCE = 'city'
export const STAFF_SOURCE = 'staff'
/** The selected feature, as the server told it. */
export const SELECTION_SOURCE = 'selection'
/** Names that stand once on the map, however many tiles their areas cross. */
export const NAMES_SOURCE = 'names'
/** An area that something is about to be done with: exported, printed. */
export const OUTLINE_SOURCE = 'outline'
/** The features of a file that is not imported yet. */
export const PREVIEW_SOURCE = 'preview'
/** What is being edited; and what follows the pointer, which changes much more often. */
export const EDIT_SOURCE = 'edit'
export const POINTER_SOURCE = 'pointer'
/** What can be walked to from a place, and the facilities that a rule looks for. */
export const COVERAGE_SOURCE = 'coverage'
/** The precincts of a scheme, or of a proposal. */
export const PRECINCT_SOURCE = 'precincts'
/** Utility works, their shared trenches and where they clash. */
export const TRENCH_SOURCE = 'trenches'
