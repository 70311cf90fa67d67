/**
 * Numbers that look random and are the same in every run (Park and Miller's generator).
 *
 * @param {number} seed
 * @returns {(below: number) => number}
 */
export function numbers(seed) {
    let state = seed;
    return (below) => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
    };
}
