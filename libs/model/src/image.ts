/** Registry and name of an image reference, without tag and digest. A port of the registry is no tag: `registry:5000/app`. */
export function imageRepository(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
