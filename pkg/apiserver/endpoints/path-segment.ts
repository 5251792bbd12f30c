/** Whether a text can stand as one segment of a URL path, so that an object of that name can be reached. */
export function isPathSegmentName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);
}
