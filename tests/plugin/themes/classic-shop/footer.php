<footer class="site-footer">Shop</footer><?php wp_footer(); ?></body></html>
