// A person in front of the sign-in and consent pages: fills in the fields by their names, presses what the buttons say.

export async function signIn(page, user, press = "Allow") {
  await page.locator('input[name="email"]').fill(user.email);
  await page.locator('input[name="password"]').fill(user.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: press, exact: true }).click();
}
