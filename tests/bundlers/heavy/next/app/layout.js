export const dynamic = 'force-dynamic';
export const metadata = { title: 'chat', icons: '/icon.svg' };

export default function Layout({ children }) {
  return <html lang="zh"><body>{children}</body></html>;
}
