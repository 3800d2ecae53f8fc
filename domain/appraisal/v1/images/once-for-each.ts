/** What is made of an image is the same for every host: it is made once, and forgotten with the image. */
export const onceForEach = <Image extends object, Made>(make: (image: Image) => Made): ((image: Image) => Made) => {
  const known = new WeakMap<Image, Made>();
  return (image) => {
    const made = known.get(image) ?? make(image);
    known.set(image, made);
    return made;
  };
};
