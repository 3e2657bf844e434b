/** The versions of products, put together and searched. */
import type { Product } from './wire';

/** All versions of one product, the newest first. */
export type Versions = readonly [Product, ...Product[]];

/** The products of a list of versions, in the order of their last publication. */
export function productsOf(listed: readonly Product[]): readonly Versions[] {
  const found = new Map<string, [Product, ...Product[]]>();
  for (const product of listed) {
    const name = `${product.laboratory}/${product.slug}`;
    const known = found.get(name);
    if (known) {
      known.push(product);
      known.sort((one, other) => other.version - one.version);
    } else {
      found.set(name, [product]);
    }
  }
  return [...found.values()];
}

/** The version that one means by a product's name: the newest that was not withdrawn, if any is left. */
export function meant(versions: Versions): Product {
  return versions.find(one => !one.is_withdrawn) ?? versions[0];
}

/** The products that have every word of the text somewhere in what is said of their versions. */
export function matchingProducts(products: readonly Versions[], text: string): readonly Versions[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return products.filter(versions => {
    const said = versions.flatMap(one => [
      one.title,
      one.description,
      one.slug,
      one.laboratory,
      one.licence,
      one.doi,
      ...one.keywords,
      ...one.creators.flatMap(creator => [creator.name, creator.orcid, creator.affiliation])
    ]);
    const all = said.join('\n').toLocaleLowerCase();
    return words.every(word => all.includes(word));
  });
}
